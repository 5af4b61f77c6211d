// A resource with the inputs and outputs of a DeepcallGroup, whose provider does nothing.
const pulumi = require("@pulumi/pulumi");

const providerText = 'exports.handler=()=>require("bench-floor/lifecycle").provider';

exports.Group = class extends pulumi.CustomResource {
  constructor(name, args) {
    super("pulumi-nodejs:dynamic/bench:Floor", name, {
      requestedName: args.name,
      active: true,
      __resource: name,
      name: undefined,
      assignedName: undefined,
      __provider: providerText,
    });
  }
};
