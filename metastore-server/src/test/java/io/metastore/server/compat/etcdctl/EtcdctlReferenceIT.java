package io.metastore.server.compat.etcdctl;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.Program;
import org.junit.jupiter.api.Tag;

/** etcdctl cannot tell one etcd from another: otherwise the contract asks for more than etcd itself gives. */
@Tag("slow")
class EtcdctlReferenceIT extends EtcdctlContract {

    @Override
    Program other() {
        return Binaries.etcd();
    }
}
