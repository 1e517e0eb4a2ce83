// The world as it happens: one stream of events, and at most four looks a second.

const PAUSE = 250;
const SHARE = 4; // of the time that a look takes: a busy world is not slowed down by being watched
let pause = PAUSE;
const WINDOW = 5;
const RETRY = 1000;
const IDLE = 5000;
const times = [];
let waiting = false;

function soon(look) {
  if (waiting) return;
  waiting = true;
  setTimeout(async () => {
    waiting = false;
    if (document.hidden || document.documentElement.hasAttribute('data-away')) return;
    const began = performance.now();
    await look();
    pause = Math.max(PAUSE, SHARE * (performance.now() - began));
  }, pause);
}

function rate() {
  const now = performance.now();
  while (times.length && now - times[0] > WINDOW * 1000) times.shift();
  const shown = document.getElementById('rate');
  const perSecond = times.length / WINDOW;
  if (shown) shown.textContent = perSecond && perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

// A stream that breaks is opened anew where the page then stands: a simulator that was
// started again counts its events from the beginning.
function follow(look) {
  const from = document.getElementById('app').dataset.cursor;
  const stream = new EventSource(`/_sim/events/stream?after=${from}`);
  stream.onmessage = (message) => {
    if (JSON.parse(message.data).kind === 'request') times.push(performance.now());
    soon(look);
  };
  stream.onerror = () => {
    stream.close();
    again(look);
  };
}

function again(look) {
  setTimeout(async () => {
    const back = await look();
    document.documentElement.toggleAttribute('data-away', !back);
    if (back) follow(look);
    else again(look);
  }, RETRY);
}

// `look` reads the page anew and tells whether that went well.
export function live(look) {
  follow(look);
  document.addEventListener('visibilitychange', () => soon(look));
  setInterval(rate, 500);
  setInterval(() => soon(look), IDLE); // settings may change without an event
}
