package io.metastore.raft;

import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;

/** Gives jraft our log and our vote in place of its own. */
final class JraftServices extends DefaultJRaftServiceFactory {

    private final LogStorage log;
    private final RaftMetaStorage vote;

    JraftServices(LogStorage log, RaftMetaStorage vote) {
        this.log = log;
        this.vote = vote;
    }

    @Override
    public LogStorage createLogStorage(String uri, RaftOptions options) {
        return log;
    }

    @Override
    public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions options) {
        return vote;
    }
}
