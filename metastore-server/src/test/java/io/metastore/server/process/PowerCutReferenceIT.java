package io.metastore.server.process;

/** etcd survives power cuts, too: otherwise the harness asks for too much. */
class PowerCutReferenceIT extends PowerCutContract {

    @Override
    Program program() {
        return Binaries.etcd();
    }

    @Override
    int cuts() {
        return Integer.getInteger("cuts", 2);
    }
}
