package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.entity.PeerId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class VoteTest {

    @TempDir
    Path dir;

    private final List<String> failures = new ArrayList<>();

    private VoteStorage open() {
        Fatal fatal = new Fatal((what, cause) -> failures.add(what), () -> {});
        fatal.started();
        VoteStorage storage = new VoteStorage(dir, true, fatal);
        assertThat(storage.init(null)).isTrue();
        return storage;
    }

    @Test
    void isRememberedAcrossRestarts() {
        VoteStorage fresh = open();
        assertThat(fresh.getTerm()).isZero();
        assertThat(fresh.getVotedFor().isEmpty()).isTrue();
        assertThat(fresh.setTermAndVotedFor(7, new PeerId("host", 2380))).isTrue();

        VoteStorage again = open();
        assertThat(again.getTerm()).isEqualTo(7);
        assertThat(again.getVotedFor()).isEqualTo(new PeerId("host", 2380));
        assertThat(again.setTermAndVotedFor(8, PeerId.emptyPeer())).isTrue();

        assertThat(open().getVotedFor().isEmpty()).isTrue();
        assertThat(open().getTerm()).isEqualTo(8);
    }

    @Test
    void isNotGivenWhenItCannotBeKept() throws Exception {
        VoteStorage storage = open();
        storage.setTermAndVotedFor(7, new PeerId("host", 2380));
        Files.createDirectories(dir.resolve("vote.tmp").resolve("in the way"));
        assertThat(storage.setTermAndVotedFor(8, new PeerId("other", 2380))).isFalse();
        assertThat(failures).hasSize(1);
        Files.delete(dir.resolve("vote.tmp").resolve("in the way"));
        Files.delete(dir.resolve("vote.tmp"));
        assertThat(storage.setTermAndVotedFor(9, new PeerId("other", 2380)))
                .as("nobody knows what is on the device")
                .isFalse();
        assertThat(open().getTerm()).isEqualTo(7);
    }
}
