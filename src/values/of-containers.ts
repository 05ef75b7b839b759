/** Is it an end or a bridge of containers, or a queue that only shapes traffic? Known by its name, as the engines give it. */
export const isOfContainers = (interfaceName: string): boolean => /^(?:veth|docker|br-|ifb)/.test(interfaceName);
