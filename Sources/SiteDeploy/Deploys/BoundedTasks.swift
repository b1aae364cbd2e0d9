/// Runs a body for each element, `width` at a time; results come in any order. The first error ends it all.
func forEachBounded<Element: Sendable, Key: Sendable, Value: Sendable>(
    _ elements: some Collection<Element> & Sendable, width: Int,
    _ body: @escaping @Sendable (Element) async throws(SiteDeployError) -> (Key, Value), collect: (Key, Value) -> Void
) async throws(SiteDeployError) {
    do {
        try await withThrowingTaskGroup(of: (Key, Value).self) { group in
            var iterator = elements.makeIterator()
            for _ in 0..<max(width, 1) {
                guard let element = iterator.next() else { break }
                group.addTask { try await body(element) }
            }
            while let (key, value) = try await group.next() {
                collect(key, value)
                if let element = iterator.next() { group.addTask { try await body(element) } }
            }
        }
    } catch let error as SiteDeployError {
        throw error
    } catch {
        throw .cancelled
    }
}
