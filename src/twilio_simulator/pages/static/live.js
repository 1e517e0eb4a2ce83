// The world as it happens: one stream of events, at most four looks a second.

const PAUSE = 250;
const WINDOW = 5;
const times = [];
let waiting = false;

function soon(look) {
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    if (!document.hidden) look();
  }, PAUSE);
}

function rate() {
  const now = performance.now();
  while (times.length && now - times[0] > WINDOW * 1000) times.shift();
  const shown = document.getElementById('rate');
  const perSecond = times.length / WINDOW;
  if (shown) shown.textContent = perSecond && perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

export function live(look) {
  const from = document.getElementById('app').dataset.cursor;
  const stream = new EventSource(`/_sim/events/stream?after=${from}`);
  stream.onmessage = (message) => {
    if (JSON.parse(message.data).kind === 'request') times.push(performance.now());
    soon(look);
  };
  document.addEventListener('visibilitychange', () => soon(look));
  setInterval(rate, 500);
}
