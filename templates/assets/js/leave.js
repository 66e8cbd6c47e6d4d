/* The page that hands the sign-in over to an application by a form: presses its button. */
document.querySelector('form[data-leave]').requestSubmit();
