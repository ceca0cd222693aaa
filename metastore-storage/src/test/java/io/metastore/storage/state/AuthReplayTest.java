package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.storage.auth.AuthChanges;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same log gives the same users, roles, revisions and verdicts, however it is cut into batches and wherever a member was
 * stopped, started or given a snapshot.
 */
@Timeout(60)
class AuthReplayTest {
    private static final int COMMANDS = 400;
    private static final String[] USERS = {"root", "a", "b"};
    private static final String[] ROLES = {"root", "r", "s"};
    private static final String[] RANGES = {"k1", "k1-k3", "k2-", "k-l"};

    @TempDir
    Path directory;

    private Random random;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void otherBatchesAndRestartsMakeNoDifference(long seed) {
        random = new Random(seed);
        List<Command> log = new ArrayList<>();
        for (int i = 0; i < COMMANDS; i++) {
            log.add(command());
        }

        List<String> expected = new ArrayList<>();
        KvEngine engine = new MemoryEngine();
        StateMachine once = StateMachine.open(engine, StateConfig.DEFAULT);
        for (int i = 0; i < log.size(); i++) {
            expected.add(verdict(once.apply(log.get(i), i + 1, 1)));
            once.commit(i + 1, 1);
        }
        AuthState inOneGo = once.auth().state();
        AuthState again = replayed(log, expected);

        assertThat(again.enabled()).isEqualTo(inOneGo.enabled());
        assertThat(again.revision()).isEqualTo(inOneGo.revision()).isGreaterThan(20);
        assertThat(again.userNames()).isEqualTo(inOneGo.userNames());
        for (String user : again.userNames()) {
            assertThat(again.user(user)).isEqualTo(inOneGo.user(user));
        }
        assertThat(again.roleNames()).isEqualTo(inOneGo.roleNames());
        for (String role : again.roleNames()) {
            assertThat(again.role(role)).isEqualTo(inOneGo.role(role));
        }
        assertThat(expected.stream()
                        .filter(verdict -> verdict.startsWith("applied"))
                        .count())
                .as("neither all is allowed nor nothing")
                .isBetween(COMMANDS / 10L, COMMANDS * 9L / 10);
    }

    /** In random batches, with a crash now and then that loses all since the last checkpoint. */
    private AuthState replayed(List<Command> log, List<String> expected) {
        StateMachine state = StateMachine.open(new MemoryEngine(), StateConfig.DEFAULT);
        Path checkpoint = null;
        int checkpoints = 0;
        while (state.appliedIndex() < log.size()) {
            int from = (int) state.appliedIndex();
            int to = Math.min(log.size(), from + 1 + random.nextInt(20));
            for (int i = from; i < to; i++) {
                assertThat(verdict(state.apply(log.get(i), i + 1, 1)))
                        .as("entry %d", i + 1)
                        .isEqualTo(expected.get(i));
            }
            state.commit(to, 1);
            if (random.nextInt(5) == 0) {
                checkpoint = directory.resolve("checkpoint-" + checkpoints++);
                state.saveTo(checkpoint);
            } else if (random.nextInt(8) == 0) {
                state.close();
                KvEngine reopened = new MemoryEngine();
                if (checkpoint != null) {
                    reopened.restore(checkpoint);
                }
                state = StateMachine.open(reopened, StateConfig.DEFAULT);
            } else if (random.nextInt(8) == 0 && checkpoint != null) {
                state.loadFrom(checkpoint);
            }
        }
        return state.auth().state();
    }

    private static String verdict(Outcome outcome) {
        if (outcome instanceof Outcome.Applied applied) {
            return "applied at %d: %s"
                    .formatted(
                            applied.revision(),
                            HexFormat.of().formatHex(applied.body().toByteArray()));
        }
        return outcome.toString();
    }

    private Command command() {
        Caller caller = new Caller(random.nextInt(3) > 0 ? "root" : pick(USERS), 1 + random.nextInt(60));
        Command what =
                switch (random.nextInt(6)) {
                    case 0 -> Commands.put("k" + random.nextInt(4) + "=1");
                    case 1 -> new Command.LogIn(pick(USERS), "token");
                    default -> new Command.ChangeAuth(AuthChanges.of(change()));
                };
        return what instanceof Command.LogIn || random.nextInt(4) == 0 ? what : new Command.Asked(caller, what);
    }

    private String change() {
        String user = pick(USERS);
        String role = pick(ROLES);
        return switch (random.nextInt(16)) {
            case 0, 1, 2 -> "user add " + user + " h";
            case 3 -> "user delete " + user;
            case 4 -> "user password " + user + " x";
            case 5, 6, 7 -> "user grant " + user + " " + role;
            case 8 -> "user revoke " + user + " " + role;
            case 9, 10 -> "role add " + role;
            case 11 -> "role delete " + role;
            case 12 -> "role grant " + role + " readwrite " + pick(RANGES);
            case 13 -> "role revoke " + role + " " + pick(RANGES);
            case 14 -> "enable";
            default -> random.nextInt(3) == 0 ? "disable" : "enable";
        };
    }

    private String pick(String[] words) {
        return words[random.nextInt(words.length)];
    }
}
