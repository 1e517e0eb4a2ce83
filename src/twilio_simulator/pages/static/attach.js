// Files on their way: chosen, dropped or pasted, handed to the simulator, and shown until they are sent.
import { act } from './act.js';
import { say } from './telling.js';

const list = () => document.getElementById('attached');

export const attachments = () => [...list().children].map((one) => one.dataset.url);

export function detach() {
  list().replaceChildren();
}

function chip(url, name, picture) {
  const row = document.createElement('li');
  row.dataset.url = url;
  const label = document.createElement('span');
  label.textContent = name;
  const remove = document.createElement('button');
  remove.type = 'button';
  remove.className = 'bare';
  remove.textContent = '×';
  remove.setAttribute('aria-label', `Remove ${name}`);
  remove.addEventListener('click', () => {
    row.remove();
    document.getElementById('body').focus();
  });
  if (picture) {
    const image = document.createElement('img');
    image.src = new URL(url, location.href).pathname;
    image.alt = '';
    row.append(image);
  }
  row.append(label, remove);
  return row;
}

export function attach(url, name = '', picture = false) {
  const most = Number(list().dataset.most);
  if (list().children.length >= most) throw new Error(`A message takes ${most} files at most`);
  const shown = name || new URL(url, location.href).pathname.split('/').pop() || url;
  list().append(chip(url, shown, picture));
  say(`Attached ${shown}`);
  document.getElementById('body').focus();
}

function base64(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(',') + 1));
    reader.onerror = () => failed(new Error(`${file.name} could not be read`));
    reader.readAsDataURL(file);
  });
}

export async function hand(files) {
  const largest = Number(list().dataset.largest);
  for (const file of files) {
    if (file.size > largest) throw new Error(`${file.name} is too large: ${largest / 1e6} MB is what a message carries`);
    const kind = file.type || 'application/octet-stream';
    const kept = await act('POST', '/media', { content_type: kind, base64: await base64(file) }, { silent: true });
    attach(kept.url, file.name, kind.startsWith('image/'));
  }
}

const holds = (transfer) => transfer && [...transfer.types].includes('Files');

// `failed` tells the person what went wrong.
export function accept(failed) {
  document.addEventListener('change', (event) => {
    if (event.target.id !== 'file') return;
    hand([...event.target.files]).catch(failed).finally(() => { event.target.value = ''; });
    document.getElementById('attach').open = false;
  });
  document.addEventListener('dragover', (event) => {
    if (!holds(event.dataTransfer)) return;
    event.preventDefault();
    document.getElementById('device').toggleAttribute('data-over', Boolean(event.target.closest('#device')));
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) document.getElementById('device').removeAttribute('data-over');
  });
  document.addEventListener('drop', (event) => {
    if (!holds(event.dataTransfer)) return;
    event.preventDefault(); // a file beside the phone is not to replace the page
    document.getElementById('device').removeAttribute('data-over');
    if (event.target.closest('#device')) hand([...event.dataTransfer.files]).catch(failed);
  });
  document.addEventListener('paste', (event) => {
    if (event.target.id !== 'body' || !holds(event.clipboardData)) return;
    event.preventDefault();
    hand([...event.clipboardData.files]).catch(failed);
  });
}
