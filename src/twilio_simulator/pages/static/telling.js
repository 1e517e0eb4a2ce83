// Words to the person: on the screen, and to a screen reader.

let timer = 0;

export function toast(words, bad = false, undo = null) {
  const box = document.getElementById('toast');
  box.textContent = words;
  if (undo) {
    const button = document.createElement('button');
    button.textContent = 'Undo';
    button.addEventListener('click', () => undo().catch((error) => toast(error.message, true)));
    box.append(' ', button);
  }
  box.classList.toggle('bad', bad);
  box.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { box.hidden = true; }, bad || undo ? 7000 : 2500);
}

const PAUSE = 120;
let waiting = [];

// What happens in one moment is said in one breath: a region that changes twice is read once.
export function say(words) {
  if (!waiting.length) setTimeout(speak, PAUSE);
  if (!waiting.includes(words)) waiting.push(words);
}

function speak() {
  const box = document.getElementById('announcer');
  const line = document.createElement('p');
  line.textContent = waiting.join('. ');
  waiting = [];
  box.replaceChildren(line); // a new element is read even when its words are the same
}
