/** Names of images, split as `docker images` shows them. Pure. */

export interface NameAndTag {
  repository: string;
  tag: string;
}

export const nameless: NameAndTag = { repository: '<none>', tag: '<none>' };

/**
 * "registry:5000/camsd:1.6.2" is "registry:5000/camsd" and "1.6.2". With a digest in place of a tag, there is no tag.
 * @param imageId without "sha256:"; a container of an image that has lost its name is called by it
 */
export function nameAndTag(reference: string, imageId = ''): NameAndTag {
  const bare = reference.replace(/^sha256:/, '');
  if (bare === '' || reference === '<none>:<none>' || (/^[0-9a-f]{12,64}$/.test(bare) && imageId.startsWith(bare)))
    return nameless;
  const digest = reference.indexOf('@');
  const named = digest < 0 ? reference : reference.slice(0, digest);
  const colon = named.lastIndexOf(':');
  // A colon before a slash is that of a registry's port.
  const hasTag = colon > named.lastIndexOf('/');
  const tag = digest < 0 ? 'latest' : '<none>';
  return hasTag ? { repository: named.slice(0, colon), tag: named.slice(colon + 1) } : { repository: named, tag };
}
