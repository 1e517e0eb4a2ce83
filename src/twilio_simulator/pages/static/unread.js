// What is new: badges for other handsets, and an announcement for this one.
import { say } from './telling.js';

const SEEN = 'seen';

const seen = () => JSON.parse(localStorage.getItem(SEEN) || '{}');

export function unread(here) {
  const known = seen();
  for (const row of document.querySelectorAll('[data-arrivals]')) {
    const arrivals = row.dataset.arrivals.split(' ').filter(Boolean).map(Number);
    const number = row.dataset.number;
    if (number === here && !document.hidden) known[number] = Math.max(known[number] || 0, ...arrivals);
    const count = arrivals.filter((at) => at > (known[number] || 0)).length;
    const badge = row.querySelector('.unread');
    badge.textContent = count || '';
    if (count) badge.insertAdjacentHTML('beforeend', '<span class="unseen"> unread</span>');
  }
  localStorage.setItem(SEEN, JSON.stringify(known));
}

let ringing = '';

function rings() {
  const call = document.getElementById('call');
  const words = call?.dataset.words || '';
  if (words && words !== ringing) say(words);
  ringing = words;
}

export function arrived(before, here) {
  rings();
  if (!before) return;
  for (const bubble of document.querySelectorAll('[data-bubble]')) {
    if (before.has(bubble.dataset.bubble)) continue;
    bubble.classList.add('fresh');
    if (!bubble.hasAttribute('data-own')) say(`New message for ${here}: ${bubble.querySelector('.body')?.textContent || 'media'}`);
  }
}
