package io.valise.examples.counterparts;

import io.valise.examples.activation.Sheet;
import io.valise.examples.appservice.Quotes;
import io.valise.examples.objects.Counter;
import io.valise.examples.objects.Counters;
import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.IssuedGrants;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.pipes.ChildPipes;
import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.runtime.VersionRange;
import io.valise.ipc.services.files.FileAccessManifest;
import io.valise.ipc.services.files.FileAccessPolicy;
import io.valise.ipc.services.files.PublisherFolder;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.services.hosting.AppServiceHost;
import io.valise.ipc.services.launch.HelperLauncher;
import io.valise.ipc.services.launch.LaunchResult;
import io.valise.ipc.services.launch.LaunchedTarget;
import io.valise.ipc.services.launch.ResultLauncher;
import io.valise.ipc.services.loopback.LoopbackManifest;
import io.valise.ipc.services.objects.ObjectActivator;
import io.valise.ipc.services.objects.RemoteObjects;
import io.valise.ipc.services.settings.SettingsHive;
import io.valise.ipc.services.settings.SettingsKey;
import io.valise.ipc.sharedmem.Hold;
import io.valise.ipc.sharedmem.NamedMutex;
import io.valise.ipc.sharedmem.SharedRegion;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** One method for each system of Windows, and three lines in it. */
final class Counterparts {
    private Counterparts() {}

    static ValueSet message() {
        return ValueSet.builder()
                .put("id", UUID.randomUUID())
                .put("prices", new double[] {101.25, 101.5})
                .build();
    }

    static IpcConnection appService() throws InterruptedException {
        AppServiceHost.run("quotes", new Quotes()); // the service's main method
        return IpcClient.builder("any:quotes").startIfAbsent(true).connect();
    }

    static void remoteObjects(IpcServer.Builder server, Counters counters, IpcConnection connection) {
        RemoteObjects.export(Counters.class, counters).addTo(server);
        Counter counter = RemoteObjects.of(connection).remote(Counters.class).make("visits");
        counter.increment();
    }

    static Sheet activation(ObjectActivator objects) {
        Sheet sheet = objects.create("acme.Sheet", Sheet.class); // CoCreateInstance
        return objects.running("budget", Sheet.class).orElse(sheet); // GetActiveObject
    }

    static void files(Path reports, String asked) throws IOException {
        FileAccessPolicy files = new FileAccessPolicy(reports);
        InputStream report = Channels.newInputStream(files.open(Path.of(asked))); // "../secret" is ACCESS_DENIED
        report.close();
    }

    static FileAccessPolicy consent(AppIdentity editor, Path documents) {
        FileAccessManifest.declare(editor, documents); // access/ID.json; the user: ipc access allow acme/editor
        return FileAccessManifest.policy(editor); // what is declared and consented to, at each use
    }

    static void publisherFolder(AppIdentity editor) throws IOException {
        PublisherFolder.declare(editor, "fonts");
        PublisherFolder.open(editor, "fonts").write("sans.ttf", new byte[] {1, 2, 3});
    }

    static byte[] durableFiles(AppIdentity editor, Path file) throws IOException {
        String token = SharedFiles.durable(editor).add(file);
        try (SharedFile shared = SharedFiles.redeem(token)) { // in any process of the user, whether editor runs or not
            return shared.readAll();
        }
    }

    static byte[] sharedFiles(SharedFiles files, Path file, IpcConnection connection) throws IOException {
        String token = files.add(file);
        try (SharedFile shared = SharedFiles.redeem(connection, token)) {
            return shared.readAll();
        }
    }

    static IpcConnection helper(AppIdentity editor) {
        LaunchResult result = HelperLauncher.of(editor).launch("spelling");
        return result.helper().connection();
    }

    static ValueSet launchForResult() {
        return ResultLauncher.launchForResult("pick-colour", ValueSet.of("title", "Ink"))
                .join();
    }

    static byte[] launchUri(AppIdentity editor, SharedFiles files, Path photo) throws IOException {
        ResultLauncher launcher = ResultLauncher.standard().identity(editor).sharing(files);
        URI uri = URI.create("shorten:?bytes=5");
        if (!launcher.query(uri).isAvailable()) {
            throw new IOException("no target for " + uri);
        }
        try (LaunchedTarget target = launcher.start(uri, ValueSet.of("file", files.add(photo)))) {
            String token = target.result().join().getString("file");
            return SharedFiles.redeem(target.connection().join(), token).readAll();
        }
    }

    static void loopbackRules(AppIdentity reader, String quotesId) {
        LoopbackAccessRules rules =
                LoopbackAccessRules.builder(reader).out(quotesId).build();
        IpcClient.builder("loopback:quotes").loopbackRules(rules).connect();
    }

    static void loopbackManifest(AppIdentity reader) {
        LoopbackAccessRules rules = LoopbackManifest.rules(reader); // what loopback/ID.json says, while it changes
        IpcClient.builder("loopback:quotes").loopbackRules(rules).connect();
    }

    static void namedPipe() {
        IpcServer.builder("pipe:quotes")
                .service("price", request -> ValueSet.of("bid", 101.25))
                .start();
        IpcClient.connect("pipe:quotes").request("price", ValueSet.empty());
    }

    static void anonymousPipe() {
        IpcConnection child = ChildPipes.spawn("java", "-cp", "app.jar", "com.example.Worker");
        IpcConnection parent = ChildPipes.parent(server -> server.service("work", request -> ValueSet.empty()));
        child.request("work", ValueSet.empty());
        parent.close();
    }

    static void settings(AppIdentity editor) throws IOException {
        SettingsHive settings = SettingsHive.open(editor);
        settings.watch(change -> System.out.println(change));
        settings.put("theme", "dark");
    }

    static void subKeys(SettingsHive settings) {
        SettingsKey fonts = settings.key("view/fonts");
        fonts.watch(change -> System.out.println(change)); // in fonts and below
        fonts.put("size", 12);
    }

    static void access(IpcServer.Builder server, AppIdentity quotes, String readerId, Instant expires, Path file) {
        server.identity(quotes).access(AccessPolicy.requireCapability("quotes.read"));
        CapabilityGrant.issue(quotes, "quotes.read", readerId, expires).write(file);
    }

    static void otherUsers() {
        IpcServer.builder("system:quotes")
                .access(AccessPolicy.users("ann", "bob"))
                .start();
        IpcClient.connect("system:quotes").peer().user();
    }

    static void derivedId(IpcServer.Builder server) {
        server.access(AccessPolicy.application("acme", "reader")); // its id is derived from both names
    }

    static void revocation(AppIdentity quotes, List<String> applicationIds, Instant expires) {
        IssuedGrants grants = IssuedGrants.of(quotes);
        CapabilityGrant grant = grants.add(CapabilityGrant.issue(quotes, "quotes.read", applicationIds, expires));
        grants.revoke(grant); // within a second no server of quotes' publisher accepts it
    }

    static void sharedMemory(IpcConnection viewer, byte[] pixels) {
        SharedRegion picture = SharedRegion.create(64 << 20);
        picture.write(region -> region.buffer().put(pixels));
        viewer.request("show", ValueSet.of("picture", picture.handle(SharedRegion.Access.READ)));
    }

    static boolean namedObjects() throws InterruptedException {
        try (NamedMutex mutex = NamedMutex.open("index");
                Hold hold = mutex.acquire(Duration.ofSeconds(10))) {
            return hold.abandoned(); // the process that had it before died
        }
    }

    static void runtime() {
        IpcRuntime.cleanUp();
        IpcRuntime runtime = IpcRuntime.initialize(VersionRange.parse("[0.2,0.3)"), Set.of());
        runtime.close();
    }
}
