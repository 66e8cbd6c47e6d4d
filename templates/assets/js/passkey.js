/* Security keys and passkeys: asks the browser to use one (data-webauthn="get") or to make one ("create")
   and sends its answer with the form. The options are in data-options, the words in further data attributes. */
const form = document.querySelector('form[data-webauthn]');
const say = document.getElementById('key-status');
const making = form.dataset.webauthn === 'create';
const read = window.PublicKeyCredential?.[making ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON'];
let asking = false;

async function ask() {
  const publicKey = read.call(PublicKeyCredential, JSON.parse(form.dataset.options));
  const credential = await navigator.credentials[making ? 'create' : 'get']({ publicKey });
  form.elements.credential.value = JSON.stringify(credential.toJSON());
  form.requestSubmit();
}

if (read) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    say.textContent = form.dataset.waiting;
    ask().catch((error) => {
      asking = false;
      say.textContent = error.name === 'InvalidStateError' ? form.dataset.known : form.dataset.failed;
    });
  });
} else {
  document.getElementById('key-unsupported').hidden = false;
}
