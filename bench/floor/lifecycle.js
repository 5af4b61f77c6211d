// Returns immediately, with outputs of the same size as pulumi-deepcall's.
const outputs = ({ requestedName, active, __resource }) => ({
  requestedName,
  active,
  __resource,
  name: requestedName,
  assignedName: requestedName,
  ownerId: "7",
  userId: "7",
  __key: "01234567",
});

exports.provider = {
  check: async (_olds, inputs) => ({ inputs }),
  diff: async (_id, olds, news) => ({ changes: olds.requestedName !== news.requestedName }),
  create: async (inputs) => ({ id: inputs.__resource.replace(/\D/g, ""), outs: outputs(inputs) }),
  read: async (id, props) => {
    const { requestedName, active, __resource } = props;
    return { id, props, inputs: { requestedName, active, __resource } };
  },
  update: async (_id, _olds, news) => ({ outs: outputs(news) }),
  delete: async () => {},
};
