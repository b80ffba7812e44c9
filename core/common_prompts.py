"""Structures that are often asked for, by the kind of image, in English and Chinese: a start for the words, not a limit.

The codes of the kinds are those of DICOM's Modality (0008,0060), PS3.3 C.7.3.1.1.1.
"""

from __future__ import annotations

from dataclasses import dataclass

ULTRASOUND, CT, MR, X_RAY = "ultrasound", "ct", "mr", "x-ray"
FUNDUS, ENDOSCOPY, DERMOSCOPY, MICROSCOPY = "fundus", "endoscopy", "dermoscopy", "microscopy"
KINDS = (ULTRASOUND, CT, MR, X_RAY, FUNDUS, ENDOSCOPY, DERMOSCOPY, MICROSCOPY)
"""Kinds of images, in the order in which they are offered."""

_KIND_OF_CODE = {
    "US": ULTRASOUND, "IVUS": ULTRASOUND, "CT": CT, "MR": MR, "CR": X_RAY, "DX": X_RAY, "MG": X_RAY, "XA": X_RAY, "RF": X_RAY,
    "PX": X_RAY, "IO": X_RAY, "OP": FUNDUS, "ES": ENDOSCOPY, "DMS": DERMOSCOPY, "GM": MICROSCOPY, "SM": MICROSCOPY,
}  # fmt: skip


@dataclass(frozen=True)
class CommonPrompt:
    """One structure.

    Attributes:
        kind: one of `KINDS`.
        name: in English.
        prompt: the words for the model in English.
        name_zh: in Simplified Chinese.
        prompt_zh: the words for the model in Simplified Chinese.
    """

    kind: str
    name: str
    prompt: str
    name_zh: str
    prompt_zh: str


_TABLE = {
    ULTRASOUND: (
        ("Thyroid nodule", "the thyroid nodule", "甲状腺结节", "甲状腺结节"),
        ("Breast mass", "the breast mass", "乳腺肿块", "乳腺肿块"),
        ("Left ventricle", "the left ventricle", "左心室", "左心室"),
        ("Fetal head", "the fetal head", "胎头", "胎儿头部"),
        ("Gallbladder", "the gallbladder", "胆囊", "胆囊"),
        ("Kidney", "the kidney", "肾脏", "肾脏"),
        ("Prostate", "the prostate", "前列腺", "前列腺"),
        ("Carotid lumen", "the lumen of the carotid artery", "颈动脉管腔", "颈动脉管腔"),
        ("Lymph node", "the lymph node", "淋巴结", "淋巴结"),
    ),
    CT: (
        ("Liver", "the liver", "肝脏", "肝脏"),
        ("Liver lesion", "the lesion in the liver", "肝脏病灶", "肝脏内的病灶"),
        ("Kidney", "the kidney", "肾脏", "肾脏"),
        ("Spleen", "the spleen", "脾脏", "脾脏"),
        ("Pancreas", "the pancreas", "胰腺", "胰腺"),
        ("Lung", "the lung", "肺", "肺"),
        ("Lung nodule", "the lung nodule", "肺结节", "肺结节"),
        ("Aorta", "the aorta", "主动脉", "主动脉"),
        ("Haemorrhage", "the haemorrhage in the brain", "脑出血", "脑内出血"),
        ("Vertebra", "the vertebra", "椎体", "椎体"),
    ),
    MR: (
        ("Brain tumour", "the brain tumour", "脑肿瘤", "脑肿瘤"),
        ("White matter lesion", "the white matter lesion", "白质病灶", "白质病灶"),
        ("Hippocampus", "the hippocampus", "海马体", "海马体"),
        ("Prostate", "the prostate", "前列腺", "前列腺"),
        ("Left ventricle", "the left ventricle", "左心室", "左心室"),
        ("Myocardium", "the myocardium", "心肌", "心肌"),
        ("Knee cartilage", "the cartilage of the knee", "膝关节软骨", "膝关节软骨"),
        ("Meniscus", "the meniscus", "半月板", "半月板"),
        ("Liver", "the liver", "肝脏", "肝脏"),
    ),
    X_RAY: (
        ("Lung field", "the lung field", "肺野", "肺野"),
        ("Heart", "the heart", "心影", "心脏"),
        ("Clavicle", "the clavicle", "锁骨", "锁骨"),
        ("Pneumothorax", "the pneumothorax", "气胸", "气胸"),
        ("Fracture", "the fracture", "骨折", "骨折处"),
        ("Tooth", "the tooth", "牙齿", "牙齿"),
        ("Breast mass", "the breast mass", "乳腺肿块", "乳腺肿块"),
        ("Catheter", "the catheter", "导管", "导管"),
    ),
    FUNDUS: (
        ("Optic disc", "the optic disc", "视盘", "视盘"),
        ("Optic cup", "the optic cup", "视杯", "视杯"),
        ("Vessels", "the retinal vessels", "视网膜血管", "视网膜血管"),
        ("Macula", "the macula", "黄斑", "黄斑"),
        ("Haemorrhage", "the retinal haemorrhage", "视网膜出血", "视网膜出血"),
        ("Hard exudate", "the hard exudate", "硬性渗出", "硬性渗出"),
        ("Microaneurysm", "the microaneurysm", "微动脉瘤", "微动脉瘤"),
    ),
    ENDOSCOPY: (
        ("Polyp", "the polyp", "息肉", "息肉"),
        ("Ulcer", "the ulcer", "溃疡", "溃疡"),
        ("Bleeding", "the bleeding", "出血", "出血处"),
        ("Tumour", "the tumour", "肿瘤", "肿瘤"),
        ("Instrument", "the instrument", "器械", "手术器械"),
        ("Barrett's mucosa", "the Barrett's mucosa", "巴雷特黏膜", "巴雷特黏膜"),
        ("Vocal fold", "the vocal fold", "声带", "声带"),
    ),
    DERMOSCOPY: (
        ("Skin lesion", "the skin lesion", "皮肤病灶", "皮肤病灶"),
        ("Naevus", "the naevus", "痣", "痣"),
        ("Melanoma", "the melanoma", "黑色素瘤", "黑色素瘤"),
        ("Hair", "the hair", "毛发", "毛发"),
        ("Wound", "the wound", "创面", "创面"),
    ),
    MICROSCOPY: (
        ("Nucleus", "the nucleus", "细胞核", "细胞核"),
        ("Cell", "the cell", "细胞", "细胞"),
        ("Gland", "the gland", "腺体", "腺体"),
        ("Tumour tissue", "the tumour tissue", "肿瘤组织", "肿瘤组织"),
        ("Mitosis", "the mitosis", "有丝分裂", "有丝分裂"),
        ("White blood cell", "the white blood cell", "白细胞", "白细胞"),
        ("Bacterium", "the bacterium", "细菌", "细菌"),
    ),
}

COMMON_PROMPTS = tuple(CommonPrompt(kind, *words) for kind in KINDS for words in _TABLE[kind])


def kind_of(modality: str) -> str:
    """The kind of image of a DICOM modality, "" where it is not known.

    Args:
        modality: code such as "CT"; "" where the file does not say.
    """
    return _KIND_OF_CODE.get(modality.strip().upper(), "")


def prompts_of(kind: str) -> list[CommonPrompt]:
    """What is offered for a kind of image; with "" all, each structure once.

    Args:
        kind: one of `KINDS`, or "".

    Raises:
        ValueError: an unknown kind.
    """
    if kind not in ("", *KINDS):
        raise ValueError(f"a kind of image is one of {KINDS}, not {kind!r}")
    found = {one.prompt: one for one in reversed(COMMON_PROMPTS) if kind in ("", one.kind)}
    return list(reversed(found.values()))
