/** Is that the name of an end or a bridge of containers, or of a queue that only shapes traffic? No way for people. */
export const isOfContainers = (interfaceName: string): boolean => /^(?:veth|docker|br-|ifb)/.test(interfaceName);
