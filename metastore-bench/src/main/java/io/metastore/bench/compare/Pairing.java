package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.ServerCertificate;
import java.util.List;

/** Who is measured against whom. */
enum Pairing {
    /** Real etcd, then ours. */
    ETCD_AND_OURS {
        @Override
        List<Side> sides(Arena arena) {
            return List.of(new Side.Plain("etcd", etcd(arena)), new Side.Plain("ours", ours(arena)));
        }
    },
    /** Both over TLS, with one certificate. */
    OVER_TLS {
        @Override
        List<Side> sides(Arena arena) {
            ServerCertificate certificate = ServerCertificate.make(arena.dir().resolve("tls"));
            return List.of(
                    new Side.Plain("etcd", etcd(arena).over(certificate)),
                    new Side.Plain("ours", ours(arena).over(certificate)));
        }
    },
    /** Ours, then ours with auth on. */
    OURS_AND_AUTH {
        @Override
        List<Side> sides(Arena arena) {
            return List.of(new Side.Plain("ours", ours(arena)), AuthSide.of("ours with auth", ours(arena)));
        }
    },
    /** Etcd, then etcd with auth on. */
    ETCD_AND_AUTH {
        @Override
        List<Side> sides(Arena arena) {
            return List.of(new Side.Plain("etcd", etcd(arena)), AuthSide.of("etcd with auth", etcd(arena)));
        }
    },
    /** Ours, then ours with an audit log on the same disk. */
    OURS_AND_AUDIT {
        @Override
        List<Side> sides(Arena arena) {
            return List.of(
                    new Side.Plain("ours", ours(arena)),
                    AuditSide.of("ours with audit", ours(arena), arena.dir().resolve("audit.log")));
        }
    };

    /** Two, the one that the other is compared with first. */
    abstract List<Side> sides(Arena arena);

    private static Contender etcd(Arena arena) {
        return arena.contenders().get(0);
    }

    private static Contender ours(Arena arena) {
        return arena.contenders().get(1);
    }
}
