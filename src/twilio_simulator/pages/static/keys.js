// The keyboard: single keys, which can be switched off, and Escape.

const ON = 'keys';

const press = (id) => document.getElementById(id)?.click();

function walk(by) {
  const all = [...document.querySelectorAll('a[data-select]')];
  if (!all.length) return;
  const at = all.findIndex((one) => one.hasAttribute('aria-current'));
  const next = at < 0 ? all.length - 1 : Math.min(all.length - 1, Math.max(0, at + by));
  if (next !== at) all[next].click();
  all[next].scrollIntoView({ block: 'nearest' });
  all[next].focus({ preventScroll: true });
}

function tab(index) {
  document.querySelectorAll('.tabs a')[index]?.click();
}

function drawer() {
  const drawer = document.getElementById('debugger');
  drawer.open = !drawer.open;
  if (drawer.open) drawer.querySelector('summary').focus();
}

const shortcuts = () => document.getElementById('shortcuts').showModal();

const KEYS = {
  '/': () => document.getElementById('q').focus(),
  c: () => document.getElementById('body').focus(),
  j: () => walk(1),
  k: () => walk(-1),
  1: () => tab(0),
  2: () => tab(1),
  n: () => press('new-handset'),
  f: () => press('freeze'),
  '+': () => document.querySelector('.steps button')?.click(),
  d: drawer,
  '?': shortcuts,
};

function escape(closeMenus) {
  const open = document.querySelector('details.menu[open]');
  if (open) {
    closeMenus();
    open.querySelector('summary').focus();
  } else if (document.activeElement?.matches('input, textarea')) document.activeElement.blur();
  else if (document.getElementById('close-story')) press('close-story');
  else if (document.getElementById('debugger').open) drawer();
}

function typing(element) {
  return element.matches('input:not([type="checkbox"]), textarea, select');
}

export function keys({ closeMenus }) {
  const box = document.getElementById('keys-on');
  box.checked = localStorage.getItem(ON) !== 'off';
  box.addEventListener('change', () => localStorage.setItem(ON, box.checked ? 'on' : 'off'));
  document.addEventListener('click', (event) => { if (event.target.closest('#show-shortcuts')) shortcuts(); });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') escape(closeMenus);
    else if (box.checked && KEYS[event.key] && !typing(event.target)) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });
}
