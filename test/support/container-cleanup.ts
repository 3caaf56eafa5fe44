import { getContainerRuntimeClient } from "testcontainers";

/** Label of everything that container tests make; its value is the run. */
export const TEST_LABEL = "tracepost.test";

/** Removes containers, with their volumes, and networks with a label such as `name=value`. */
export async function removeLabelled(label: string): Promise<void> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const filters = { label: [label] };
  const [containers, networks] = await Promise.all([
    dockerode.listContainers({ all: true, filters }),
    dockerode.listNetworks({ filters }),
  ]);
  await Promise.all(
    containers.map(({ Id }) => dockerode.getContainer(Id).remove({ force: true, v: true })),
  );
  await Promise.all(networks.map(({ Id }) => dockerode.getNetwork(Id).remove()));
}
