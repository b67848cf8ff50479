/** A file given to the person: one made in the page, or one that the server has. */

/** Have the browser save this under a name; what file systems refuse in names is left out. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  downloadFrom(url, name.replace(/[\u0000-\u001f<>:"/\\|?*]/g, '_').slice(-120));
  // the browser has read it by then, or holds it
  setTimeout(() => { URL.revokeObjectURL(url); }, 10000);
}

/** Have the browser save what is at an address, under the server's name for it or another. */
export function downloadFrom(url: string, name = ''): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
