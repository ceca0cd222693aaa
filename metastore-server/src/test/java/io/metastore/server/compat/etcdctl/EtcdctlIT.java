package io.metastore.server.compat.etcdctl;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.Program;

/** etcdctl cannot tell us from etcd. */
class EtcdctlIT extends EtcdctlContract {

    @Override
    Program other() {
        return Binaries.metastore();
    }
}
