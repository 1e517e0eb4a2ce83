// The search box: results while one types, and filters at a click.

const PAUSE = 200;

const box = () => document.getElementById('q');

function address() {
  const { pathname, search } = new URL(box().form.getAttribute('action'), location.href);
  const asked = new URLSearchParams(search);
  if (box().value.trim()) asked.set('q', box().value.trim());
  return `${pathname}?${asked}`.replace(/\?$/, '');
}

export function seek(go) {
  let timer = 0;
  document.addEventListener('input', (event) => {
    if (event.target.id !== 'q') return;
    clearTimeout(timer);
    timer = setTimeout(() => go(address(), { replace: true }), PAUSE);
  });
  document.addEventListener('submit', (event) => {
    if (event.target === box().form) clearTimeout(timer);
  }, true);
  document.addEventListener('click', (event) => {
    const words = event.target.closest('[data-narrow]')?.dataset.narrow;
    if (!words) return;
    const typed = box().value.trim();
    box().value = typed.split(' ').includes(words) ? typed : `${typed} ${words}`.trim();
    box().focus();
    box().dispatchEvent(new Event('input', { bubbles: true }));
  });
}
