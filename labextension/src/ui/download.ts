/** A file made in the page, given to the person. */

/** Have the browser save this under a name; what file systems refuse in names is left out. */
export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name.replace(/[\u0000-\u001f<>:"/\\|?*]/g, '_').slice(-120);
  link.click();
  // the browser has read it by then, or holds it
  setTimeout(() => { URL.revokeObjectURL(link.href); }, 10000);
}
