/**
 * What applications build on a connection: services that are started on demand, typed remote objects, the catalog of
 * this user's servers, files and settings, launched helpers, and ValueSets as JSON.
 */
module io.valise.ipc.services {
    requires com.fasterxml.jackson.core;
    requires transitive io.valise.ipc;
    requires static org.jspecify;

    exports io.valise.ipc.services.catalog;
    exports io.valise.ipc.services.files;
    exports io.valise.ipc.services.hosting;
    exports io.valise.ipc.services.json;
    exports io.valise.ipc.services.launch;
    exports io.valise.ipc.services.loopback;
    exports io.valise.ipc.services.manifest;
    exports io.valise.ipc.services.objects;
    exports io.valise.ipc.services.settings;

    provides io.valise.ipc.spi.ServerStarter with
            io.valise.ipc.services.hosting.ManifestStarter;
}
