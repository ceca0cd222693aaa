package io.metastore.server.traffic;

import io.metastore.server.audit.Origin;

/**
 * Who asks.
 *
 * @param address without the port where connections are not told apart
 * @param via what calls for the client, empty if he does himself
 * @param user empty while auth is off
 */
record Client(String address, String via, String user) {
    static Client ofConnection(Origin origin, String user) {
        return new Client(origin.remote(), origin.via(), user);
    }

    /** The same without the port; a Unix domain socket and the program that a member runs in have none. */
    Client withoutPort() {
        int colon = address.lastIndexOf(':');
        boolean isPort = colon > 0 && address.substring(colon + 1).chars().allMatch(c -> c >= '0' && c <= '9');
        return isPort ? new Client(address.substring(0, colon), via, user) : this;
    }
}
