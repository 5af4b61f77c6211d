// A gRPC server without a service: the least that any plugin has to start.
const { Server, ServerCredentials } = require("@grpc/grpc-js");

new Server().bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
