// The page: links and buttons without reloading, and the world as it changes.
import { act, forget, steps } from './act.js';
import { accept, attach, attachments, detach } from './attach.js';
import { keys } from './keys.js';
import { live } from './live.js';
import { morph } from './morph.js';
import { atFoot, keepFoot, reveal, toChosen, toFoot } from './places.js';
import { seek } from './seek.js';
import { say, toast } from './telling.js';
import { arrived, unread } from './unread.js';
import * as virtual from './virtual.js';

let wanted = 0;

function settle(before, follow) {
  virtual.read();
  const here = document.getElementById('app').dataset.number;
  arrived(before, here);
  unread(here);
  if (follow) toFoot();
}

// Which there are, and whether each had failed.
function bubbles() {
  return new Map([...document.querySelectorAll('[data-bubble]')].map((one) => [one.dataset.bubble, one.classList.contains('failed')]));
}

export async function refresh(address = location.href) {
  const mine = ++wanted;
  const answer = await fetch(address, { headers: { Accept: 'text/html' } });
  if (mine !== wanted) return; // a later one is on its way
  if (!answer.ok) throw new Error(`The page could not be read: ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (mine !== wanted) return;
  const app = document.getElementById('app');
  const next = page.getElementById('app');
  const moved = app.dataset.number !== next.dataset.number || document.getElementById('device').dataset.tab !== page.getElementById('device').dataset.tab;
  const follow = moved || atFoot();
  const before = moved ? null : bubbles();
  if (moved) document.getElementById('to').dirty = false;
  if (app.dataset.number !== next.dataset.number) {
    document.getElementById('body').value = '';
    detach();
  }
  document.title = page.title;
  morph(app, next);
  settle(before, follow);
}

export async function go(address, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  closeMenus();
  const chosen = chosenKey();
  await refresh(address).catch(failed);
  if (chosenKey() !== chosen) toChosen();
  reveal(new URL(address, location.href).hash);
}

const chosenKey = () => document.querySelector('.bubble.chosen')?.dataset.bubble || '';

function failed(error) {
  toast(error.message || String(error), true);
}

export function closeMenus(but = null) {
  for (const menu of document.querySelectorAll('details.menu[open]')) if (menu !== but && !menu.contains(but)) menu.open = false;
}

// --- what a click means

function plainClick(event) {
  return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}

document.addEventListener('click', (event) => {
  closeMenus(event.target.closest('details.menu'));
  const step = event.target.closest('#app a[href^="#"]');
  if (step && plainClick(event)) {
    event.preventDefault();
    reveal(step.getAttribute('href'));
  }
  const link = event.target.closest('a[href^="/phone"]');
  if (link && plainClick(event) && !link.target) {
    event.preventDefault();
    go(link.getAttribute('href'));
    return;
  }
  const button = event.target.closest('button');
  if (button) clicked(button).catch(failed);
});

async function copy(words, what) {
  await navigator.clipboard.writeText(words);
  toast(`Copied ${what}`);
}

async function clicked(button) {
  const given = button.dataset;
  if (given.copy) await copy(given.copy, given.copy.length < 40 ? given.copy : 'it');
  else if (given.say) await typed(given.say);
  else if (given.tap) await tapped(JSON.parse(given.tap));
  else if (given.dial) await dial(given.dial);
  else if (given.attach) attach(given.attach, 'sample photo', true);
  else if (given.attachFrom) attachFrom(document.getElementById(given.attachFrom));
  else if (given.fetch) await copy((await act('GET', given.fetch))[given.field], 'the command');
  else if (given.test) await test(given.test);
  else if (given.do) await done(button, given.do, given.body ? JSON.parse(given.body) : {});
}

async function dial(what) {
  const [method, path] = what.split(' ');
  await act(method, path, { to: document.getElementById('to').value });
  await refresh();
}

function attachFrom(field) {
  if (!field.value || !field.reportValidity()) return;
  attach(field.value);
  field.value = '';
  closeMenus();
}

async function done(button, what, body) {
  const [method, path] = what.split(' ');
  button.setAttribute('aria-busy', 'true');
  try {
    const answer = await act(method, path, body);
    if (button.dataset.then === 'phone') await go(`/phone/${answer.number}`);
    else if (button.dataset.then === 'page') await go(answer.page);
    else await refresh();
    if (button.dataset.says) toast(button.dataset.says, false, button.dataset.undo && (() => undo(button.dataset.undo)));
    if (button.closest('.menu') && button.dataset.says) closeMenus();
  } catch (error) {
    await refresh();
    if (!('meek' in button.dataset)) throw error;
  } finally {
    button.removeAttribute('aria-busy');
  }
}

async function undo(what) {
  const [method, path] = what.split(' ');
  await act(method, path);
  await refresh();
  toast('Taken back');
}

// --- typing as the person

async function tapped(body) {
  const [method, path] = document.getElementById('composer').dataset.do.split(' ');
  await act(method, path, body);
  await refresh();
  toFoot();
}

async function typed(words) {
  const composer = document.getElementById('composer');
  await tapped({ to: composer.elements.to.value, body: words, wait: false });
}

function value(field) {
  if (field.type === 'checkbox') return field.checked;
  if (field.dataset.type === 'number') return Number(field.value);
  return field.value;
}

function read(form) {
  const body = {};
  for (const field of form.elements) if (field.name) body[field.name] = value(field);
  return body;
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method === 'dialog') return;
  event.preventDefault();
  submitted(form).catch(failed);
});

async function submitted(form) {
  if (form.hasAttribute('data-go')) {
    const address = new URL(form.getAttribute('action'), location.href);
    if (form.elements.q.value.trim()) address.searchParams.set('q', form.elements.q.value.trim());
    await go(address.pathname + address.search);
    return;
  }
  if (form.id === 'composer') {
    await compose(form);
    return;
  }
  const body = read(form);
  const [method, template] = form.dataset.do.split(' ');
  const path = template.replace(/\{(\w+)\}/, (_, name) => { const given = body[name]; delete body[name]; return encodeURIComponent(given); });
  await act(method, path, body);
  closeMenus();
  await refresh();
}

async function compose(form) {
  const body = { ...read(form), wait: false };
  const media = attachments();
  if (!body.body && !media.length) return;
  if (media.length) body.media = media;
  const [method, path] = form.dataset.do.split(' ');
  await act(method, path, body);
  form.elements.body.value = '';
  detach();
  closeMenus();
  await refresh();
  toFoot();
}

document.addEventListener('change', (event) => {
  if (event.target.id === 'to') event.target.dirty = true; // chosen by hand: it stays
  const form = event.target.closest('form[data-live]');
  if (form) submitted(form).catch(failed);
});

document.addEventListener('keydown', (event) => {
  if (event.target.id === 'body' && event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

// --- a test of what was clicked

async function test(message) {
  const answer = await act('POST', '/snippets', { steps: steps(), message }, { silent: true });
  document.getElementById('snippet-text').textContent = answer.test;
  document.getElementById('snippet').showModal();
}

document.getElementById('snippet-copy').addEventListener('click', () => {
  copy(document.getElementById('snippet-text').textContent, 'the test').catch(failed);
});
document.getElementById('snippet-forget').addEventListener('click', () => {
  forget();
  document.getElementById('snippet').close();
  toast('The steps are forgotten');
});

addEventListener('popstate', () => refresh().catch(failed));
settle(null, true);
keepFoot();
toChosen();
reveal(location.hash);
accept(failed);
seek(go);
keys({ closeMenus });
live(async () => {
  try {
    await refresh();
    return true;
  } catch {
    say('The simulator does not answer');
    return false;
  }
});
