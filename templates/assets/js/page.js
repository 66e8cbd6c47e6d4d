/* On every page. Adds comfort; nothing here is needed. */
document.documentElement.classList.add('js');

for (const input of document.querySelectorAll('[data-reveal]')) {
  const button = document.createElement('button');
  const show = input.dataset.reveal, hide = input.dataset.conceal;
  button.type = 'button'; button.className = 'inside'; button.textContent = show;
  button.setAttribute('aria-controls', input.id);
  button.setAttribute('aria-label', input.dataset.revealLabel);
  button.addEventListener('click', () => {
    const hidden = input.type === 'password';
    input.type = hidden ? 'text' : 'password';
    button.textContent = hidden ? hide : show;
    button.setAttribute('aria-label', hidden ? input.dataset.concealLabel : input.dataset.revealLabel);
    input.focus();
  });
  input.closest('.with-button').append(button);
  input.form?.addEventListener('submit', () => { input.type = 'password'; });
}

for (const form of document.forms) {
  form.addEventListener('submit', (event) => {
    const button = event.submitter ?? form.querySelector('[data-busy]');
    if (event.defaultPrevented || !button?.dataset.busy) return;
    if (button.getAttribute('aria-disabled') === 'true') { event.preventDefault(); return; }
    button.setAttribute('aria-disabled', 'true');
    button.textContent = button.dataset.busy;
  });
}

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    await navigator.clipboard.writeText(text.replace(/\s+/g, ''));
    document.getElementById(button.dataset.say).textContent = button.dataset.done;
  });
}

for (const select of document.querySelectorAll('select[data-submit]')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}

/* A whole code that arrives at once (paste, autofill from a message) is sent at once. Typing never is. */
for (const input of document.querySelectorAll('[data-whole-code]')) {
  input.addEventListener('input', (event) => {
    const atOnce = event.inputType === 'insertFromPaste' || !event.inputType;
    if (atOnce && input.value.replace(/\D/g, '').length === Number(input.dataset.wholeCode)) input.form.requestSubmit();
  });
}
