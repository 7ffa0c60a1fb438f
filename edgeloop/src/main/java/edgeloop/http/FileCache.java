package edgeloop.http;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was served last, by the path as it was sent. Bounded in entries, and thereby in memory, and
 * in descriptors; the one that was not asked for the longest goes first.
 */
final class FileCache {
    private static final int MAX_ENTRIES = 1_024;

    private static final int MAX_DESCRIPTORS = 512;

    private final Map<Object, Resource> entries = new LinkedHashMap<>(64, 0.75f, true);
    private final Probe probe = new Probe();
    private int descriptors;

    /** A path that is kept. */
    private static final class Key {
        private final byte[] path;
        private final int hash;

        private Key(byte[] path) {
            this.path = path;
            this.hash = Arrays.hashCode(path);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && Arrays.equals(path, key.path);
        }
    }

    /** A request's path, looked for without a copy: the map asks the one that is looked for. */
    private static final class Probe {
        private @Nullable Request request;

        @Override
        public int hashCode() {
            return request == null ? 0 : request.pathHash();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && request != null && request.pathEquals(key.path);
        }
    }

    @Nullable Resource get(Request request) {
        probe.request = request;
        Resource found = entries.get(probe);
        probe.request = null;
        return found;
    }

    void add(Resource resource) {
        Resource before = entries.put(new Key(resource.target()), resource);
        if (before != null) {
            letGo(before);
        }
        descriptors += resource.descriptors();
        Iterator<Resource> eldest = entries.values().iterator();
        while (entries.size() > MAX_ENTRIES
                || (descriptors > MAX_DESCRIPTORS && entries.size() > 1)) {
            Resource old = eldest.next();
            eldest.remove();
            letGo(old);
        }
    }

    void remove(Resource resource) {
        if (entries.remove(new Key(resource.target()), resource)) {
            letGo(resource);
        }
    }

    private void letGo(Resource resource) {
        descriptors -= resource.descriptors();
        resource.close();
    }

    /**
     * Lets those go that have a descriptor and were not asked for lately: what nobody asks for is
     * not looked at either, and a file that was deleted would keep its place on the disk.
     *
     * @param sinceNanos when the others were asked for last
     * @param most the number of them after which it stops
     * @return whether there may be more
     */
    boolean letGoIdle(long sinceNanos, int most) {
        int gone = 0;
        Iterator<Resource> eldest = entries.values().iterator();
        while (eldest.hasNext()) {
            Resource old = eldest.next();
            if (old.usedNanos() - sinceNanos >= 0) {
                return false;
            }
            if (old.descriptors() > 0) {
                if (gone == most) {
                    return true;
                }
                eldest.remove();
                letGo(old);
                gone++;
            }
        }
        return false;
    }

    /** Open descriptors. */
    int descriptors() {
        return descriptors;
    }

    /** Removes all, and answers whether that closed a descriptor. */
    boolean clear() {
        boolean any = descriptors > 0;
        entries.values().forEach(Resource::close);
        entries.clear();
        descriptors = 0;
        return any;
    }
}
