package io.valise.ipc.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of the jar that the command came from. Immutable and safe for use by any thread. */
final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = BuildVersion.class.getPackage().getImplementationVersion();
        String java = "Java " + Runtime.version() + " on " + System.getProperty("os.name");
        return new String[] {"ipc " + (version == null ? "(not packaged)" : version) + ", " + java};
    }
}
