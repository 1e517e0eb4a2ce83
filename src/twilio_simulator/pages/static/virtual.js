// The world's clock as the page shows it: between two answers of the server it runs by itself.

let base = 0;
let since = 0;
let speed = 1; // 0 while time stands still

export function read() {
  const now = document.getElementById('now');
  base = Number(now.dataset.now);
  speed = now.hasAttribute('data-frozen') ? 0 : Number(now.dataset.speed);
  since = performance.now();
  tick();
}

export const present = () => base + speed * (performance.now() - since);

const two = (number) => String(number).padStart(2, '0');

function left(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

export function tick() {
  const instant = present();
  const when = new Date(instant);
  const shown = document.querySelector('#now time');
  if (shown) shown.textContent = `${two(when.getUTCHours())}:${two(when.getUTCMinutes())}:${two(when.getUTCSeconds())}`;
  for (const one of document.querySelectorAll('[data-until]')) {
    const rest = Number(one.dataset.until) - instant;
    if (one.nodeName === 'PROGRESS') one.value = Math.max(0, rest);
    else one.textContent = left(rest);
  }
}

setInterval(tick, 1000);
