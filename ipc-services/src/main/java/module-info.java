/** What applications build on a connection: the catalog of this user's servers. */
module io.valise.ipc.services {
    requires transitive io.valise.ipc;
    requires static org.jspecify;

    exports io.valise.ipc.services.catalog;

    uses io.valise.ipc.spi.Transport;
}
