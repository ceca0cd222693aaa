package io.metastore.storage.lease;

import java.util.Collection;

/** Told of each change of the leases once it is published, in log order, on the apply thread. Must not block. */
public interface LeaseListener {
    void granted(Lease lease);

    void checkpointed(Lease lease);

    void revoked(long id);

    /** All is different: this is what there is now. */
    void reset(Collection<Lease> leases);
}
