package io.metastore.server.process;

import org.junit.jupiter.api.Tag;

/** etcd survives power cuts, too: otherwise the harness asks for too much. */
@Tag("slow")
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
