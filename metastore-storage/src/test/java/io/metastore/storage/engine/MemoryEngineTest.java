package io.metastore.storage.engine;

import java.nio.file.Path;

class MemoryEngineTest extends EngineContractTest {
    @Override
    KvEngine open(Path directory) {
        return new MemoryEngine();
    }
}
