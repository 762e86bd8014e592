const dark = window.matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

// Loaded after the bundle: deferred scripts run in the order of the page.
window.SwaggerUIBundle({
  url: new URL('openapi.json', document.baseURI).href,
  domNode: document.getElementById('docs'),
  deepLinking: true,
  // Without it a row of many features hides the answer below.
  defaultModelsExpandDepth: 0,
  // No validator on somebody else's server.
  validatorUrl: null,
});
