"""Every format: what is written is what an independent library reads, and it is the mask of the project."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import cv2
import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.orientations import axcodes2ornt, inv_ornt_aff
from PIL import Image as Picture
from PIL import ImageOps
from pycocotools.coco import COCO

from core.errors import ExportError
from core.export.choice import Choice
from core.export.format import Format
from core.export.formats import FORMATS
from core.export.plan import Plan
from core.export.write import export_masks
from core.image_file import places_in, read_image
from core.mask import probability_levels
from core.store import Store
from tests.dicom_writer import dicom, write

HEIGHT, WIDTH, SLICES = 9, 13, 4
COLOURS = [("Liver", "#ff0000"), ("Tumour", "#00ff00"), ("=Vessel", "#0000ff")]


def project(folder: Path, files: list[Path], structures: int = 2) -> Store:
    store = Store.create(folder, "x")
    for name, colour in COLOURS[:structures]:
        store.add_structure(name, f"the {name}", colour)
    store.add_images(read_image(place) for place in places_in(files))
    return store


def accept(store: Store, seed: int = 0) -> dict[tuple[int, int], np.ndarray]:
    """Random masks that overlap; each sixth is empty."""
    random = np.random.default_rng(seed)
    masks = {}
    for row in store.images():
        for part in store.structures():
            mask = random.random((row.height, row.width)) > (1.1 if random.random() < 0.17 else 0.6)
            masks[row.id, part.id] = mask
            store.save_final(row.id, part.id, mask, "accepted")
    return masks


def pictures(folder: Path, count: int = 2, orientation: int = 1) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    random, files = np.random.default_rng(5), []
    for number in range(count):
        exif = Picture.Exif()
        exif[0x0112] = orientation
        files.append(folder / f"p{number}.png")
        Picture.fromarray(random.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)).save(files[-1], exif=exif)
    return files


def pixels_of(file: Path) -> np.ndarray:
    with Picture.open(file) as picture:
        return np.array(picture)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path


def label_map(masks: dict[tuple[int, int], np.ndarray], image: int, structures: int = 2) -> np.ndarray:
    """The upper in the list wins."""
    found = np.zeros(masks[image, 1].shape, np.uint8)
    for number in range(structures, 0, -1):
        found[masks[image, number]] = number
    return found


def test_indexed_pictures_hold_numbers_and_colours(place: Path) -> None:
    with project(place / "project", pictures(place / "in"), 3) as store:
        masks = accept(store)
        export_masks(store, place / "out", Choice(formats=("indexed",)))
    for image, name in ((1, "p0"), (2, "p1")):
        wanted = label_map(masks, image, 3)
        with Picture.open(place / "out" / "indexed" / f"{name}.png") as picture:
            assert picture.mode == "P" and np.array_equal(np.asarray(picture), wanted)
            assert picture.getpalette()[:12] == [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]
    rows = rows_of(place / "out" / "indexed" / "labels.csv")
    assert [(row["number"], row["structure"]) for row in rows] == [("1", "Liver"), ("2", "Tumour"), ("3", "'=Vessel")]


def test_every_piece_has_a_number_of_its_own(place: Path) -> None:
    with project(place / "project", pictures(place / "in", 1)) as store:
        first, second = np.zeros((2, HEIGHT, WIDTH), bool)
        first[1:3, 1:3] = first[5, 5] = second[2:4, 2:4] = True
        store.save_final(1, 1, first, "accepted")
        store.save_final(1, 2, second, "accepted")
        export_masks(store, place / "out", Choice(formats=("instances",)))
    read = cv2.imread(str(place / "out" / "instances" / "p0.png"), cv2.IMREAD_UNCHANGED)
    assert read.dtype == np.uint16
    wanted = np.zeros((HEIGHT, WIDTH), np.uint16)
    wanted[second], wanted[1:3, 1:3], wanted[5, 5] = 3, 1, 2
    assert np.array_equal(read, wanted)
    rows = rows_of(place / "out" / "instances" / "instances.csv")
    told = [(row["number"], row["structure"], row["area_px"]) for row in rows]
    assert told == [("1", "Liver", "4"), ("2", "Liver", "1"), ("3", "Tumour", "3")]


def test_overlay_and_contour_show_the_image_where_no_mask_is(place: Path) -> None:
    (file,) = pictures(place / "in", 1)
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[2:7, 2:8] = True
    with project(place / "project", [file], 1) as store:
        store.save_final(1, 1, mask, "accepted")
        export_masks(store, place / "out", Choice(formats=("overlay", "contour")))
    image = pixels_of(file)
    overlay, contour = (pixels_of(place / "out" / kind / "p0.png") for kind in ("overlay", "contour"))
    inner = np.zeros_like(mask)
    inner[3:6, 3:7] = True
    assert np.array_equal(overlay[~mask], image[~mask]) and np.array_equal(contour[~mask | inner], image[~mask | inner])
    assert (contour[mask & ~inner] == (255, 0, 0)).all() and (overlay[mask & ~inner] == (255, 0, 0)).all()
    wanted = np.rint(image[inner] * 0.6 + np.array([255, 0, 0]) * 0.4)
    assert np.array_equal(overlay[inner], wanted)


def test_probabilities_lie_on_the_side_of_the_threshold_where_the_mask_is(place: Path) -> None:
    with project(place / "project", pictures(place / "in"), 1) as store:
        logits = np.random.default_rng(1).normal(0, 3, (16, 16)).astype(np.float16)
        store.save_prediction(1, 1, None, "x", logits, 0.5)
        accept(store)
        report = export_masks(store, place / "out", Choice(formats=("probability",)))
    assert report.written == 1 and "drawn without a prediction" in str(report.remarks[0])
    read = pixels_of(place / "out" / "probability" / "Liver" / "p0.png").astype(np.float64) / 65535
    levels = probability_levels(logits, HEIGHT, WIDTH)
    for step in (1, 60, 100, 199):
        clear = np.abs(read - step / 200) > 1e-4
        assert np.array_equal((read > step / 200)[clear], (levels >= step)[clear])


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools with this NumPy
@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_coco_reads_every_mask_of_ours(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    place = tmp_path_factory.mktemp("coco")
    with project(place / "project", pictures(place / "in")) as store:
        masks = accept(store, seed)
        export_masks(store, place / "out", Choice(formats=("coco",)))
    read = COCO(place / "out" / "coco.json")
    assert [read.imgs[key]["file_name"] for key in (1, 2)] == ["p0.png", "p1.png"]
    assert {one["name"] for one in read.cats.values()} == {"Liver", "Tumour"} and len(read.anns) == 4
    for one in read.anns.values():
        mask = masks[one["image_id"], one["category_id"]]
        assert np.array_equal(read.annToMask(one), mask) and one["area"] == mask.sum()
        if mask.any():
            assert one["bbox"] == list(cv2.boundingRect(mask.astype(np.uint8)))


@settings(max_examples=30)
@given(
    st.permutations("LAS"), st.lists(st.booleans(), min_size=3, max_size=3), st.sampled_from([(1, 0), (0, 1), (1, 1), (0, 0)]),
    st.integers(0, 99),
)  # fmt: skip
def test_a_nifti_mask_lies_on_its_scan_however_that_was_stored(
    tmp_path_factory: pytest.TempPathFactory, axes: list[str], flips: list[bool], codes: tuple[int, int], seed: int
) -> None:
    place = tmp_path_factory.mktemp("nifti")
    codes_of_axes = "".join(
        dict(zip("LAS", "RPI", strict=True))[one] if flip else one for one, flip in zip(axes, flips, strict=True)
    )
    affine = np.diag([1.5, 0.75, 3, 1]) @ inv_ornt_aff(axcodes2ornt(codes_of_axes), (5, 6, 7))
    scan = nibabel.Nifti1Image(np.random.default_rng(seed).integers(0, 999, (5, 6, 7), np.int16), affine)
    scan.set_sform(affine, codes[0]), scan.set_qform(affine, codes[1])
    nibabel.save(scan, place / "scan.nii.gz")
    scan = nibabel.load(place / "scan.nii.gz")
    with project(place / "project", [place / "scan.nii.gz"], 1) as store:
        masks = accept(store, seed)
        export_masks(store, place / "out", Choice(formats=("nifti",)))
    read = nibabel.load(place / "out" / "nifti" / "Liver" / "scan.nii.gz")
    assert read.shape == scan.shape and np.allclose(read.affine, scan.affine, atol=1e-4)
    assert [int(read.header[name]) for name in ("sform_code", "qform_code")] == list(codes)
    shown = nibabel.as_closest_canonical(read).get_fdata()
    for number in range(shown.shape[2]):
        assert np.array_equal(shown[::-1, ::-1, number].T == 1, masks[number + 1, 1])


def series(folder: Path, **elements: object) -> list[Path]:
    """Slices of an oblique series whose names are not in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    along_row, along_column = np.array([0.8, 0.6, 0]), np.array([0, 0, -1.0])
    files = []
    for number in (2, 0, 3, 1):
        origin = np.array([-20.0, 30, 40]) + number * 2.5 * np.cross(along_row, along_column)
        pixels = np.random.default_rng(number).integers(0, 900, (HEIGHT, WIDTH), np.int16)
        dataset = dicom(
            pixels, SeriesInstanceUID="1.2.3.4", FrameOfReferenceUID="1.2.3.5", InstanceNumber=number + 1,
            ImagePositionPatient=list(origin), ImageOrientationPatient=[*along_row, *along_column],
            PixelSpacing=[0.5, 0.8], SliceThickness=2.5, **elements,
        )  # fmt: skip
        files.append(write(dataset, folder / f"s{len(files)}.dcm"))
    return files


def test_a_series_becomes_one_volume_with_its_place_in_the_body(place: Path) -> None:
    with project(place / "project", series(place / "in"), 1) as store:
        masks = accept(store)
        export_masks(store, place / "out", Choice(formats=("nifti", "csv")))
    (file,) = (place / "out" / "nifti" / "Liver").iterdir()
    read = nibabel.load(file)
    order = [2, 4, 1, 3]  # images of the slices 0, 1, 2, 3
    for number, image in enumerate(order):
        assert np.array_equal(read.get_fdata()[:, :, number].T == 1, masks[image, 1])
    corner = read.affine @ [0, 0, 1, 1]
    assert np.allclose(corner[:3] * [-1, -1, 1], np.array([-20, 30, 40]) + 2.5 * np.array([-0.6, 0.8, 0]))
    assert np.allclose(nibabel.affines.voxel_sizes(read.affine), [0.8, 0.5, 2.5])
    (row,) = rows_of(place / "out" / "volumes.csv")
    voxels = sum(int(mask.sum()) for mask in masks.values())
    assert int(row["voxels"]) == voxels and float(row["volume_mm3"]) == pytest.approx(
        voxels * 0.5 * 0.8 * 2.5, rel=1e-5
    )
    areas = {row["image"]: row for row in rows_of(place / "out" / "areas.csv")}
    assert float(areas["s0.dcm"]["area_mm2"]) == pytest.approx(masks[1, 1].sum() * 0.4, rel=1e-5)


def test_a_picture_without_a_place_in_the_body_is_shown_alike_as_nifti(place: Path) -> None:
    with project(place / "project", pictures(place / "in", 1), 1) as store:
        masks = accept(store, 3)
        export_masks(store, place / "out", Choice(formats=("nifti",)))
    shown = read_image(place / "out" / "nifti" / "Liver" / "p0.nii.gz")
    assert np.array_equal(shown.pixels[:, :, 0] > 0, masks[1, 1]) and masks[1, 1].any()


def test_a_segmentation_is_read_alike_by_highdicom_and_by_pydicom(place: Path) -> None:
    import highdicom
    import pydicom

    files = [*series(place / "in"), *pictures(place / "in", 1)]
    with project(place / "project", files) as store:
        masks = accept(store, 2)
        report = export_masks(store, place / "out", Choice(formats=("dicom-seg",)))
        again = export_masks(store, place / "out", Choice(formats=("dicom-seg",)))
    assert report.files == again.files == 1 and report.written == 8
    assert "no DICOM files have no DICOM segmentation: 1" in str(report.remarks[0])
    (file,) = (place / "out" / "dicom-seg").iterdir()
    sources = [pydicom.dcmread(one) for one in files[:4]]
    uids = [one.SOPInstanceUID for one in sources]
    read = highdicom.seg.segread(file)
    stacks = read.get_pixels_by_source_instance(uids, combine_segments=False, assert_missing_frames_are_empty=True)
    for number in range(4):
        for segment in (1, 2):
            assert np.array_equal(stacks[number, :, :, segment - 1] == 1, masks[number + 1, segment])
    plain = pydicom.dcmread(file)
    assert plain.StudyInstanceUID == sources[0].StudyInstanceUID and plain.PatientID == sources[0].PatientID
    assert [one.SegmentLabel for one in plain.SegmentSequence] == ["Liver", "Tumour"]
    for mask, group in zip(plain.pixel_array, plain.PerFrameFunctionalGroupsSequence, strict=True):
        source = group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        segment = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        assert np.array_equal(mask == 1, masks[uids.index(source) + 1, segment])
        assert group.PlanePositionSequence[0].ImagePositionPatient == sources[uids.index(source)].ImagePositionPatient


def test_a_reviewed_negative_is_an_empty_segment_and_a_file_that_says_too_little_is_left_out(place: Path) -> None:
    import highdicom

    bare = dicom(np.zeros((2, HEIGHT, WIDTH), np.uint8), NumberOfFrames=2, SeriesInstanceUID="1.2.9")
    files = [*series(place / "in"), write(bare, place / "in" / "cine.dcm")]
    with project(place / "project", files, 1) as store:
        for row in store.images():
            store.save_final(row.id, 1, np.zeros((HEIGHT, WIDTH), bool), "accepted")
        report = export_masks(store, place / "out", Choice(formats=("dicom-seg",)))
    assert "do not say what a segmentation has to repeat have none: 2" in str(report.remarks[0])
    (file,) = (place / "out" / "dicom-seg").iterdir()
    assert not highdicom.seg.segread(file).pixel_array.any()


def test_training_pairs_are_only_images_that_were_reviewed_whole(place: Path) -> None:
    with project(place / "project", pictures(place / "in", 3)) as store:
        masks = accept(store)
        store.save_final(2, 2, masks[2, 2], "in_work")
        report = export_masks(store, place / "out", Choice(formats=("pairs",)))
    root = place / "out" / "nnunet"
    assert sorted(path.name for path in (root / "labelsTr").iterdir()) == ["00001_p0.png", "00003_p2.png"]
    assert "no training pairs" in str(report.remarks[-1])
    for number, name in ((1, "p0"), (3, "p2")):
        label = cv2.imread(str(root / "labelsTr" / f"{number:05d}_{name}.png"), cv2.IMREAD_UNCHANGED)
        image = cv2.imread(str(root / "imagesTr" / f"{number:05d}_{name}_0000.png"), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(label, label_map(masks, number))
        assert np.array_equal(image, cv2.imread(str(place / "in" / f"{name}.png")))
    index = json.loads((root / "dataset.json").read_text(encoding="utf-8"))
    assert index["labels"] == {"background": 0, "Liver": 1, "Tumour": 2} and index["numTraining"] == 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mask_lies_as_the_file_where_that_is_asked(place: Path, orientation: int) -> None:
    """Turned once more as the file asks for, it is the mask of the project."""
    (file,) = pictures(place / "in", 1, orientation)
    with project(place / "project", [file]) as store:
        masks = accept(store, 7)
        export_masks(store, place / "out", Choice(formats=("png", "indexed", "overlay"), as_stored=True))
        export_masks(store, place / "upright", Choice())
    with Picture.open(place / "out" / "Liver" / "p0.png") as picture:
        assert picture.size == (WIDTH, HEIGHT)
        picture.getexif()[0x0112] = orientation
        assert np.array_equal(np.asarray(ImageOps.exif_transpose(picture)) == 255, masks[1, 1])
    with Picture.open(place / "out" / "indexed" / "p0.png") as picture, Picture.open(file) as stored:
        assert picture.size == stored.size
        assert pixels_of(place / "out" / "overlay" / "p0.png").shape == (HEIGHT, WIDTH, 3)
    with Picture.open(place / "upright" / "Liver" / "p0.png") as picture:
        assert np.array_equal(np.asarray(picture) == 255, masks[1, 1])


def test_unreviewed_masks_go_out_only_where_asked_and_are_marked(place: Path) -> None:
    with project(place / "project", pictures(place / "in", 3), 1) as store:
        logits = np.random.default_rng(1).normal(0, 3, (16, 16)).astype(np.float16)
        for image in (1, 2, 3):
            store.save_prediction(image, 1, None, "x", logits, 0.5)
        wanted = probability_levels(logits, HEIGHT, WIDTH) >= 100
        store.save_final(1, 1, wanted, "accepted")
        store.set_rejected(3, True)
        assert export_masks(store, place / "one", Choice()).written == 1
        assert export_masks(store, place / "two", Choice(unreviewed=True, reviewer="Dr. Li")).written == 2
    read = pixels_of(place / "two" / "Liver" / "p1.png")
    assert np.array_equal(read == 255, wanted)
    rows = rows_of(place / "two" / "manifest.csv")
    assert [(row["status"], row["reviewer"], bool(row["reviewed"])) for row in rows] == [
        ("accepted", "Dr. Li", True), ("predicted", "", False),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(set(FORMATS) - {"png"}))
def test_every_format_notices_what_does_not_read_back_equal(
    place: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with project(place / "project", series(place / "in"), 1) as store:
        store.save_prediction(1, 1, None, "x", np.ones((16, 16)), 0.5)
        accept(store, 4)
        made = FORMATS[kind]

        def lying(plan: Plan) -> Format:
            form = made(plan)
            honest = form.content
            form.content = lambda file: _changed(honest(file), kind)
            return form

        monkeypatch.setitem(FORMATS, kind, lying)
        with pytest.raises(ExportError, match="did not read back"):
            export_masks(store, place / "out", Choice(formats=(kind,)))
        assert not (place / "out").exists()


def _changed(content: bytes, kind: str) -> bytes:
    """The file of a disk that fails: what is in it is another mask."""
    if content.startswith(b"\x89PNG"):
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
        pixels[2, 3] ^= 1
        return cv2.imencode(".png", pixels)[1].tobytes()
    if kind == "nifti":
        image = nibabel.Nifti1Image.from_bytes(gzip.decompress(content))
        values = np.asarray(image.dataobj).copy()
        values[2, 3] ^= 1
        return gzip.compress(nibabel.Nifti1Image(values, image.affine, image.header).to_bytes())
    if kind == "dicom-seg":
        return content[:-20] + bytes(255 - byte for byte in content[-20:-10]) + content[-10:]
    if kind == "coco":
        return content.replace(b'"counts": "', b'"counts": "1')
    return content.replace(b",accepted,", b",accepted,1").replace(b"1,Liver", b"2,Liver")


def test_a_format_that_needs_the_image_says_so_where_it_is_gone(place: Path) -> None:
    (file,) = pictures(place / "in", 1)
    with project(place / "project", [file]) as store:
        accept(store)
        file.unlink()
        for kind in ("overlay", "pairs"):
            with pytest.raises(ExportError, match="p0.png is needed for this export"):
                export_masks(store, place / "out", Choice(formats=(kind,)))
        with pytest.raises(ExportError, match="p0.png is needed for this export"):
            export_masks(store, place / "out", Choice(as_stored=True))
        assert export_masks(store, place / "out", Choice(formats=("png", "coco", "indexed"))).files == 5
