package io.metastore.server.compat.jetcd;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.Program;

/** The contract with jetcd's users, kept by us. */
class JetcdContractIT extends JetcdContract {

    @Override
    Program program() {
        return Binaries.metastore();
    }
}
