// Makes one tree look like another and touches nothing that is the same already,
// so that focus, scrolling and half-typed words stay.

const OWN = new Set(['open']); // a menu's state belongs to the person, not to the server

function sameKind(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && (one.id || '') === (other.id || '');
}

function attributes(from, to) {
  const keepsOpen = from.nodeName === 'DETAILS' || from.nodeName === 'DIALOG';
  for (const { name, value } of [...to.attributes]) {
    if (keepsOpen && OWN.has(name)) continue;
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(keepsOpen && OWN.has(name))) from.removeAttribute(name);
  }
}

// A field in use keeps what was typed; others follow the server.
function fields(from, to) {
  if (from === document.activeElement || from.closest('details[open]') || from.dirty) return;
  if (from.nodeName === 'SELECT') {
    const chosen = [...to.options].find((one) => one.defaultSelected) || to.options[0];
    if (chosen && from.value !== chosen.value) from.value = chosen.value;
  } else if (from.type === 'checkbox') from.checked = to.checked;
  else if (from.nodeName === 'INPUT' && from.value !== to.value && from.getAttribute('value') !== null) from.value = to.value;
}

export function morph(from, to) {
  if (from.nodeType === Node.TEXT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  if (from.nodeType !== Node.ELEMENT_NODE) return;
  attributes(from, to);
  if (from.hasAttribute('data-kept')) return; // filled by the page itself
  children(from, to);
  if (from.nodeName === 'SELECT' || from.nodeName === 'INPUT') fields(from, to);
}

function children(from, to) {
  const known = new Map();
  for (const child of from.children) if (child.id) known.set(child.id, child);
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    let match = wanted.id ? known.get(wanted.id) : null;
    if (!match && at && sameKind(at, wanted) && !wanted.id) match = at;
    if (match && match.nodeName === wanted.nodeName) {
      if (match !== at) from.insertBefore(match, at);
      else at = at.nextSibling;
      morph(match, wanted);
    } else {
      from.insertBefore(document.importNode(wanted, true), at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}
