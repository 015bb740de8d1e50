// Sets the chosen theme before the first paint, so that nothing flashes. The choice is kept by src/state/theme.ts.
try {
  const theme = localStorage.getItem('parley.theme');
  if (theme === '"light"' || theme === '"dark"') document.documentElement.dataset.theme = JSON.parse(theme);
} catch {
  // Storage is closed to this page: the system's theme holds.
}
