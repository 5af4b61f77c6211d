import "../require-node";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { createService } from "./service";

/** The program that Pulumi starts for all languages but TypeScript's dynamic provider: a gRPC server for one run. */
function main(): void {
  const { version } = require("pulumi-deepcall/package.json") as { version: string };
  const service = createService(version, () => {
    const { Run } = require("../lifecycle/run") as typeof import("../lifecycle/run");
    const { stackReader } = require("../stack-state") as typeof import("../stack-state");
    return new Run(process.env, undefined, stackReader(process.env));
  });
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, { ...service });
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    // Pulumi reads the port from the first line; nothing else may be printed there.
    process.stdout.write(`${port}\n`);
  });
}

main();
