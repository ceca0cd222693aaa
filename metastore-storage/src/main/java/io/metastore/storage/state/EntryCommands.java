package io.metastore.storage.state;

import java.util.List;

/**
 * The commands that share one entry of the log.
 *
 * @param memberId the member that took them and answers them
 * @param sequence that member's number of the first; the others follow it
 */
public record EntryCommands(long memberId, long sequence, List<Command> commands) {
    public EntryCommands {
        commands = List.copyOf(commands);
    }
}
