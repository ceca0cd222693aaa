/**
 * Three packaged members, load on all of them, and one fault after the other: kills, pauses, partitions of every shape, slow
 * links, power cuts, disks that fill or fail, clocks that jump. What clients and watchers saw is recorded and
 * must be one history, which all members hold at the end. The schedule comes from a seed, which is printed; each fault proves
 * that it had an effect, or the run fails.
 */
@NullMarked
package io.metastore.server.process.faults;

import org.jspecify.annotations.NullMarked;
