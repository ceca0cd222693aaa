package io.metastore.server.compat.jetcd;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.Program;
import org.junit.jupiter.api.Tag;

/** etcd itself keeps the contract: otherwise it asks for too much. */
@Tag("slow")
class JetcdReferenceIT extends JetcdContract {

    @Override
    Program program() {
        return Binaries.etcd();
    }
}
