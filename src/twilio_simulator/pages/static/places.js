// Where on the page to look: the foot of a conversation, the chosen message, the step that a link names.

const NEAR = 60;

const thread = () => document.getElementById('thread');

export function atFoot() {
  const box = thread();
  return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
}

export function toFoot() {
  const box = thread();
  if (box) box.scrollTop = box.scrollHeight;
}

export function toChosen() {
  const chosen = document.querySelector('.bubble.chosen');
  if (chosen) chosen.scrollIntoView({ block: 'nearest' });
  return Boolean(chosen);
}

// What a link's #name means: opened if it is folded away, in sight, and in focus for a screen reader.
export function reveal(hash) {
  const wanted = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
  if (!wanted) return;
  for (let one = wanted.closest('details'); one; one = one.parentElement.closest('details')) one.open = true;
  wanted.scrollIntoView({ block: 'center' });
  wanted.focus({ preventScroll: true });
}

// A drawer that opens or a window that shrinks leaves the last message in sight.
export function keepFoot() {
  let height = 0;
  let foot = true;
  const box = thread();
  box.addEventListener('scroll', () => { if (box.clientHeight === height) foot = atFoot(); });
  new ResizeObserver(() => {
    if (height && foot && box.clientHeight !== height) toFoot();
    height = box.clientHeight;
    foot = atFoot();
  }).observe(box);
}
