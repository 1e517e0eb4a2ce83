// Words to the person: on the screen, and to a screen reader.

let timer = 0;

export function toast(words, bad = false) {
  const box = document.getElementById('toast');
  box.textContent = words;
  box.classList.toggle('bad', bad);
  box.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { box.hidden = true; }, bad ? 7000 : 2500);
}

export function say(words) {
  const box = document.getElementById('announcer');
  if (box.textContent === words) box.textContent = '';
  box.textContent = words;
}
