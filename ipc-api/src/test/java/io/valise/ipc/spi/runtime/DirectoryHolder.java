package io.valise.ipc.spi.runtime;

/** A process that holds the runtime directory for {@link InUseTest}, until it is killed. */
final class DirectoryHolder {
    private DirectoryHolder() {}

    public static void main(String[] arguments) throws Exception {
        RuntimeDirectory.current().folder("occupied");
        System.out.println("in");
        System.in.read();
    }
}
