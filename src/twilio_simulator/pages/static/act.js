// Calls of the control API, remembered so that they can become a test.

const STEPS = 'steps';
const KEPT = 60;

export const steps = () => JSON.parse(sessionStorage.getItem(STEPS) || '[]');

export const forget = () => sessionStorage.removeItem(STEPS);

function remember(method, path, body) {
  if (method === 'GET') return;
  const cursor = Number(document.getElementById('app').dataset.cursor);
  sessionStorage.setItem(STEPS, JSON.stringify([...steps(), { method, path, body, cursor }].slice(-KEPT)));
}

export async function act(method, path, body = {}, { silent = false } = {}) {
  const asks = { method, headers: { Accept: 'application/json' } };
  if (method !== 'GET') {
    asks.headers['Content-Type'] = 'application/json';
    asks.body = JSON.stringify(body);
  }
  if (!silent) remember(method, path, body);
  const answer = await fetch(`/_sim${path.replaceAll('+', '%2B')}`, asks);
  const words = await answer.text();
  if (!answer.headers.get('Content-Type').startsWith('application/json')) throw new Error(words || `It answered ${answer.status}`);
  const content = JSON.parse(words);
  if (!answer.ok) {
    const [error] = content.errors || [{ cause: `It answered ${answer.status}`, remedy: '' }];
    throw new Error(`${error.cause}. ${error.remedy}`);
  }
  return content;
}
