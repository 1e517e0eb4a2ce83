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

export function say(words) {
  const box = document.getElementById('announcer');
  if (box.textContent === words) box.textContent = '';
  box.textContent = words;
}
