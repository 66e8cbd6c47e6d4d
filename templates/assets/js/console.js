/* Account and admin pages: says two minutes before the end that an unused session ends, and puts it off.
   A click asks the server for this page once; waiting and looking never do. */
const box = document.querySelector('[data-idle]');
const WARN_SECONDS = 120;
let timer;

function begin() {
  clearTimeout(timer);
  box.hidden = true;
  box.parentElement.querySelector('[role=status]').textContent = '';
  timer = setTimeout(() => {
    box.hidden = false;
    box.parentElement.querySelector('[role=status]').textContent = box.dataset.said;
  }, (Number(box.dataset.idle) - WARN_SECONDS) * 1000);
}

if (box) {
  box.querySelector('button').addEventListener('click', async () => {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => null);
    if (answer?.ok && !answer.redirected) begin(); else location.reload();
  });
  begin();
}
