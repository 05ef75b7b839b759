/** The description of the virtual machine in an OVA: OVF 1.1 (DSP0243), with VMware's names of its devices. */

/** What the appliance asks for (src/brand): two processors, 16 GB of memory. */
const machine = { processors: 2, mebibytes: 16_384 };

/** @param {{ file: string, fileSize: number, capacity: number }} disk its name in the OVA; bytes there; bytes of the disk */
export const descriptor = ({ file, fileSize, capacity }) => `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
    <File ovf:id="file1" ovf:href="${file}" ovf:size="${fileSize}"/>
  </References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="${capacity}" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="Network">
      <Description>Towards the platform and the clients</Description>
    </Network>
  </NetworkSection>
  <VirtualSystem ovf:id="gatehouse">
    <Info>Gatehouse appliance</Info>
    <Name>gatehouse</Name>
    <OperatingSystemSection ovf:id="96" vmw:osType="debian11_64Guest">
      <Info>Debian, 64 bit</Info>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <System>
        <vssd:ElementName>Virtual hardware</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>gatehouse</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>vmx-13</vssd:VirtualSystemType>
      </System>
${items.map(item).join('')}    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;

/** In the order of their names, as the schema wants them. Resource types: CIM_ResourceAllocationSettingData. */
const items = [
  {
    AllocationUnits: 'hertz * 10^6',
    ElementName: 'Processors',
    InstanceID: 1,
    ResourceType: 3,
    VirtualQuantity: machine.processors,
  },
  {
    AllocationUnits: 'byte * 2^20',
    ElementName: 'Memory',
    InstanceID: 2,
    ResourceType: 4,
    VirtualQuantity: machine.mebibytes,
  },
  // The one SCSI controller of VMware's that Debian's cloud kernel knows.
  { Address: 0, ElementName: 'SCSI controller', InstanceID: 3, ResourceSubType: 'VirtualSCSI', ResourceType: 6 },
  {
    AddressOnParent: 0,
    ElementName: 'Disk',
    HostResource: 'ovf:/disk/disk1',
    InstanceID: 4,
    Parent: 3,
    ResourceType: 17,
  },
  {
    AddressOnParent: 7,
    AutomaticAllocation: true,
    Connection: 'Network',
    ElementName: 'Network',
    InstanceID: 5,
    ResourceSubType: 'VmxNet3',
    ResourceType: 10,
  },
];

function item(values) {
  const lines = Object.entries(values).map(([name, value]) => `        <rasd:${name}>${value}</rasd:${name}>\n`);
  return `      <Item>\n${lines.join('')}      </Item>\n`;
}
