// What is new: badges for other handsets and the other tab, and an announcement for this one.
import { say } from './telling.js';
import { present } from './virtual.js';

const SEEN = 'seen';

const seen = () => JSON.parse(localStorage.getItem(SEEN) || '{}');

// A reset or a restored snapshot takes the world back to before what was seen.
function since(known, name) {
  known[name] = Math.min(known[name] || 0, present());
  return known[name];
}

// Short to see, whole to hear; tells whether something new stands there.
function mark(badge, words, heard = '') {
  if (badge.textContent === words + heard) return false;
  badge.textContent = words;
  if (heard) {
    const rest = document.createElement('span');
    rest.className = 'unseen';
    rest.textContent = heard;
    badge.append(rest);
  }
  return Boolean(words);
}

function handsets(known, here) {
  for (const row of document.querySelectorAll('[data-arrivals]')) {
    const arrivals = row.dataset.arrivals.split(' ').filter(Boolean).map(Number);
    const number = row.dataset.number;
    if (number === here && !document.hidden) known[number] = Math.max(since(known, number), ...arrivals);
    const count = arrivals.filter((at) => at > since(known, number)).length;
    mark(row.querySelector('.unread'), count ? String(count) : '', count ? ' unread' : '');
  }
}

function tabs(known, here) {
  for (const tab of document.querySelectorAll('[data-latest]')) {
    const [channel, latest] = tab.dataset.latest.split(' ');
    const name = `${here} ${channel}`;
    if (tab.hasAttribute('aria-current')) known[name] = Math.max(since(known, name), Number(latest));
    const fresh = Number(latest) > since(known, name);
    if (mark(tab.querySelector('.new'), fresh ? 'new' : '')) say(`New messages under ${tab.textContent}`);
  }
}

export function unread(here) {
  const known = seen();
  handsets(known, here);
  tabs(known, here);
  localStorage.setItem(SEEN, JSON.stringify(known));
}

let ringing = '';

function rings() {
  const call = document.getElementById('call');
  const words = call?.dataset.words || '';
  if (words && words !== ringing) say(words);
  ringing = words;
}

const ONE_BY_ONE = 3;

function described(bubble) {
  const words = bubble.querySelector('.body')?.textContent || 'a file';
  const failed = bubble.querySelector('.state.bad');
  return failed ? `${words} (${failed.textContent})` : words;
}

// New messages by their words, many by their number, and those that did not arrive after all.
export function arrived(before, here) {
  rings();
  if (!before) return;
  const all = [...document.querySelectorAll('[data-bubble]')];
  const fresh = all.filter((one) => !before.has(one.dataset.bubble));
  for (const bubble of fresh) bubble.classList.add('fresh');
  const theirs = fresh.filter((one) => !one.hasAttribute('data-own'));
  if (theirs.length > ONE_BY_ONE) say(`${theirs.length} new messages for ${here}`);
  else for (const bubble of theirs) say(`New message for ${here}: ${described(bubble)}`);
  for (const bubble of all) {
    const failed = bubble.classList.contains('failed');
    if (failed && before.get(bubble.dataset.bubble) === false) say(`Not delivered to ${here}: ${described(bubble)}`);
  }
}
