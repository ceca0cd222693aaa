package io.metastore.server.compat.jetcd;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.Program;

/** etcd itself keeps the contract: otherwise it asks for too much. */
class JetcdReferenceIT extends JetcdContract {

    @Override
    Program program() {
        return Binaries.etcd();
    }
}
