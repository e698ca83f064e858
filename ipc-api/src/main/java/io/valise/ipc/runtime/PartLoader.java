package io.valise.ipc.runtime;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Loads the classes and resources of a run-time part. Its own come first, so that a library that the application has in
 * another version is not taken for the part's, nor the native code in that one's jar; all others, such as those of {@code
 * ipc-api}, are the parent's. Thread-safe.
 */
final class PartLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    PartLoader(String name, List<Path> jars, ClassLoader parent) {
        super(name, jars.stream().map(PartLoader::url).toArray(URL[]::new), parent);
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("a file has a URL: " + jar, e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known == null && !name.startsWith("java.")) {
                known = own(name);
            }
            return known == null ? super.loadClass(name, resolve) : known;
        }
    }

    @Override
    public @Nullable URL getResource(String name) {
        URL own = findResource(name);
        return own == null ? super.getResource(name) : own;
    }

    private @Nullable Class<?> own(String name) throws ClassNotFoundException {
        return findResource(name.replace('.', '/') + ".class") == null ? null : findClass(name);
    }
}
